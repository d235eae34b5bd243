package fauxkube

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// credentials are what a kubeconfig gives its client.
type credentials struct {
	server string
	token  string
	tls    *tls.Config
}

// readCredentials reads what fauxkube writes: one cluster and one user, each field on a line of its own.
func readCredentials(kubeconfig []byte) (credentials, error) {
	field := func(name string) string {
		found := regexp.MustCompile(`(?m)^[ -]*` + name + `: *["']?([^"'\s]+)`).FindSubmatch(kubeconfig)
		if found == nil {
			return ""
		}
		return string(found[1])
	}
	decoded := func(name string) []byte {
		data, err := base64.StdEncoding.DecodeString(field(name))
		if err != nil {
			return nil
		}
		return data
	}
	server, roots := field("server"), x509.NewCertPool()
	if server == "" || !roots.AppendCertsFromPEM(decoded("certificate-authority-data")) {
		return credentials{}, errors.New(
			"the kubeconfig has no server or no certificate-authority-data: fauxkube did not write it")
	}
	config := &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}
	if certificate := decoded("client-certificate-data"); certificate != nil && len(certificate) > 0 {
		pair, err := tls.X509KeyPair(certificate, decoded("client-key-data"))
		if err != nil {
			return credentials{}, fmt.Errorf("the kubeconfig's client certificate: %w", err)
		}
		config.Certificates = []tls.Certificate{pair}
	}
	return credentials{server: strings.TrimRight(server, "/"), token: field("token"), tls: config}, nil
}
