module fauxkube/clients/outcome

go 1.26.0
