module fauxkube.dev/go/fauxkube

go 1.24.0
