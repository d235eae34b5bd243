package program

import (
	"net/http"
	"net/url"
	"strings"
	"sync"

	"k8s.io/client-go/rest"
)

// Exchange is a request and what it was answered.
type Exchange struct {
	Method string
	// Without what a server may have its paths below.
	Path  string
	Query url.Values
	// The media types of the bodies.
	Sent, Answered string
	Status         int
}

// Requests has what a client asks.
type Requests struct {
	mutex sync.Mutex
	seen  []Exchange
}

// Counted is a configuration whose requests are kept.
func (p *Program) Counted() (*rest.Config, *Requests) {
	counted, config := &Requests{}, rest.CopyConfig(p.Config)
	config.Wrap(func(next http.RoundTripper) http.RoundTripper { return &observed{next, counted} })
	return config, counted
}

// Take is what was asked since the last time.
func (r *Requests) Take() []Exchange {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	seen := r.seen
	r.seen = nil
	return seen
}

type observed struct {
	next     http.RoundTripper
	requests *Requests
}

func (o *observed) RoundTrip(request *http.Request) (*http.Response, error) {
	response, err := o.next.RoundTrip(request)
	if err != nil {
		return response, err
	}
	path := request.URL.Path
	for _, root := range []string{"/openapi/", "/api"} {
		if at := strings.Index(path, root); at >= 0 {
			path = path[at:]
			break
		}
	}
	o.requests.mutex.Lock()
	defer o.requests.mutex.Unlock()
	o.requests.seen = append(o.requests.seen, Exchange{
		Method: request.Method, Path: path, Query: request.URL.Query(), Status: response.StatusCode,
		Sent: request.Header.Get("Content-Type"), Answered: response.Header.Get("Content-Type"),
	})
	return response, err
}
