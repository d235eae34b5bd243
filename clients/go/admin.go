package fauxkube

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// Error is an answer that is no success.
type Error struct {
	Method, Path string
	Status       int
	// Body is what came with it.
	Body string
}

// Error says what was asked, and what the server says about it.
func (e *Error) Error() string {
	if e.NotServed() {
		return fmt.Sprintf("this fauxkube does not serve %s %s: take a newer one", e.Method, e.Path)
	}
	var status struct {
		Message string `json:"message"`
	}
	if json.Unmarshal([]byte(e.Body), &status) != nil || status.Message == "" {
		status.Message = strings.TrimSpace(e.Body)
	}
	return fmt.Sprintf("%s %s: %d %s", e.Method, e.Path, e.Status, status.Message)
}

// NotServed tells whether this version of fauxkube has no such path: a newer one may.
func (e *Error) NotServed() bool {
	return e.Status == http.StatusNotFound && strings.Contains(e.Body, "could not find the requested resource")
}

// Admin asks any path, such as /-/controllers, and decodes the answer's JSON into the value that out points to, unless
// that is nil. A body that is a string or bytes goes out as it is, every other as JSON. Answers that are no success are
// an *Error.
func (c *Cluster) Admin(ctx context.Context, method, path string, body, out any) error {
	sent, mediaType, err := encode(body)
	if err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	request, err := http.NewRequestWithContext(ctx, method, c.credentials.server+path, sent)
	if err != nil {
		return err
	}
	request.Header.Set("Accept", "application/json")
	if mediaType != "" {
		request.Header.Set("Content-Type", mediaType)
	}
	if c.credentials.token != "" {
		request.Header.Set("Authorization", "Bearer "+c.credentials.token)
	}
	answer, err := c.client.Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		return err
	}
	if answer.StatusCode >= http.StatusMultipleChoices {
		return &Error{Method: method, Path: path, Status: answer.StatusCode, Body: string(text)}
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(text, out)
}

func encode(body any) (io.Reader, string, error) {
	switch given := body.(type) {
	case nil:
		return http.NoBody, "", nil
	case string:
		return strings.NewReader(given), "application/yaml", nil
	case []byte:
		return bytes.NewReader(given), "application/yaml", nil
	}
	text, err := json.Marshal(body)
	return bytes.NewReader(text), "application/json", err
}
