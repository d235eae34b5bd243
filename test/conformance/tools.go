//go:build tools

// Package conformance pins the program that runs specs in parallel as an ordinary Go module dependency.
package conformance

import _ "github.com/onsi/ginkgo/v2/ginkgo"
