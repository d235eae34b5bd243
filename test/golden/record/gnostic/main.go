// Turns OpenAPI documents into the protobuf that gnostic makes of them. Input: one JSON document in each line, its
// version first ("v2 {...}"); output: base64 in each line.
package main

import (
	"bufio"
	"encoding/base64"
	"fmt"
	"os"
	"strings"

	openapi_v2 "github.com/google/gnostic-models/openapiv2"
	openapi_v3 "github.com/google/gnostic-models/openapiv3"
	"google.golang.org/protobuf/proto"
)

func encode(version, document string) ([]byte, error) {
	if version == "v2" {
		parsed, err := openapi_v2.ParseDocument([]byte(document))
		if err != nil {
			return nil, err
		}
		return proto.Marshal(parsed)
	}
	parsed, err := openapi_v3.ParseDocument([]byte(document))
	if err != nil {
		return nil, err
	}
	return proto.Marshal(parsed)
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		version, document, _ := strings.Cut(lines.Text(), " ")
		bytes, err := encode(version, document)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		fmt.Println(base64.StdEncoding.EncodeToString(bytes))
	}
}
