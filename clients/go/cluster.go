package fauxkube

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// Cluster is one cluster: a whole server, or a virtual cluster of one.
type Cluster struct {
	kubeconfig  []byte
	credentials credentials
	client      *http.Client
	name        string
	// server is the whole server of a virtual cluster.
	server *Cluster

	mutex  sync.Mutex
	path   string
	folder string
	onStop func() error
}

// Connect controls a cluster that runs already, by its administrator's kubeconfig. It goes on after Stop.
func Connect(kubeconfig []byte) (*Cluster, error) {
	credentials, err := readCredentials(kubeconfig)
	if err != nil {
		return nil, err
	}
	// Proxies of the environment are for other places.
	transport := &http.Transport{TLSClientConfig: credentials.tls, MaxIdleConnsPerHost: 4}
	client := &http.Client{Transport: transport}
	return &Cluster{kubeconfig: kubeconfig, credentials: credentials, client: client}, nil
}

// URL is https://127.0.0.1:6443, or that of the virtual cluster.
func (c *Cluster) URL() string { return c.credentials.server }

// Name is that of a virtual cluster, and empty for a whole server.
func (c *Cluster) Name() string { return c.name }

// Kubeconfig is the administrator's: clientcmd.RESTConfigFromKubeConfig makes a rest.Config of it.
func (c *Cluster) Kubeconfig() []byte { return append([]byte(nil), c.kubeconfig...) }

// KubeconfigPath is a file with it, for KUBECONFIG; gone when the cluster, or the server of a virtual one, has stopped.
func (c *Cluster) KubeconfigPath() (string, error) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if c.path != "" {
		return c.path, nil
	}
	// That of a virtual cluster goes with its server at the latest: a test may forget to stop it.
	place := ""
	if c.server != nil {
		path, err := c.server.KubeconfigPath()
		if err != nil {
			return "", err
		}
		place = filepath.Dir(path)
	}
	folder, err := os.MkdirTemp(place, "fauxkube-")
	if err != nil {
		return "", err
	}
	c.folder = folder
	path := filepath.Join(folder, "kubeconfig")
	if err := os.WriteFile(path, c.kubeconfig, 0o600); err != nil {
		return "", err
	}
	c.path = path
	return path, nil
}

// Apply creates or changes objects: YAML or JSON, any number of documents, in whatever order.
func (c *Cluster) Apply(ctx context.Context, manifest string) error {
	return c.Admin(ctx, http.MethodPost, "/-/apply", manifest, nil)
}

// Reset takes the cluster back to how it was when it became ready.
func (c *Cluster) Reset(ctx context.Context) error {
	return c.Admin(ctx, http.MethodPost, "/-/reset", nil, nil)
}

// Settle returns as soon as no controller has anything to do any more.
func (c *Cluster) Settle(ctx context.Context, timeout time.Duration) error {
	body := map[string]any{"timeoutSeconds": timeout.Seconds()}
	return c.Admin(ctx, http.MethodPost, "/-/settle", body, nil)
}

// Time is what a cluster's clock says.
type Time struct {
	Now    time.Time
	Frozen bool
	Speed  float64
}

// Clock moves the cluster's clock: {"freeze": true}, {"advance": "1h"}, {"set": "…"}, {"next": true}, {"speed": 10}.
// With {"set": "now"} it is real time again. Without a change, which may be nil, it only tells how the clock is.
func (c *Cluster) Clock(ctx context.Context, change map[string]any) (Time, error) {
	var told Time
	if len(change) == 0 {
		return told, c.Admin(ctx, http.MethodGet, "/-/clock", nil, &told)
	}
	err := c.Admin(ctx, http.MethodPost, "/-/clock", change, &told)
	return told, err
}

// AddFault lets requests that the rule is about fail as it says.
func (c *Cluster) AddFault(ctx context.Context, rule map[string]any) error {
	return c.Admin(ctx, http.MethodPost, "/-/faults", rule, nil)
}

// ClearFaults lets no request fail on purpose any more.
func (c *Cluster) ClearFaults(ctx context.Context) error {
	return c.Admin(ctx, http.MethodDelete, "/-/faults", nil, nil)
}

// Requests decodes the journal of requests into out: all, or those that the query is about, such as verb=create.
func (c *Cluster) Requests(ctx context.Context, query url.Values, out any) error {
	path := "/-/requests"
	if len(query) > 0 {
		path += "?" + query.Encode()
	}
	return c.Admin(ctx, http.MethodGet, path, nil, out)
}

// SetController switches a controller off or on: in one namespace, or everywhere if that is empty.
func (c *Cluster) SetController(ctx context.Context, name string, enabled bool, namespace string) error {
	body := map[string]any{"enabled": enabled}
	if namespace != "" {
		body["namespace"] = namespace
	}
	return c.Admin(ctx, http.MethodPut, "/-/controllers/"+url.PathEscape(name), body, nil)
}

// ForkOptions say what a virtual cluster is like.
type ForkOptions struct {
	// Name is a DNS label; one that is free unless given.
	Name string
	// From is what it begins with: the forked one as it is unless given, "fixtures" for how the server began, "empty".
	From string
}

// Fork makes a virtual cluster on the same port, which goes its own way from then on.
func (c *Cluster) Fork(ctx context.Context, options ForkOptions) (*Cluster, error) {
	server := c
	if c.server != nil {
		server = c.server
	}
	body := map[string]string{"from": cmp.Or(options.From, c.name, "main")}
	if options.Name != "" {
		body["name"] = options.Name
	}
	var made struct{ Name, Kubeconfig string }
	if err := server.Admin(ctx, http.MethodPost, "/-/clusters", body, &made); err != nil {
		return nil, err
	}
	fork, err := Connect([]byte(made.Kubeconfig))
	if err != nil {
		return nil, err
	}
	fork.name, fork.server = made.Name, server
	fork.onStop = func() error { return server.forget(made.Name) }
	return fork, nil
}

func (c *Cluster) forget(name string) error {
	ctx, cancel := context.WithTimeout(context.Background(), stopLimit)
	defer cancel()
	err := c.Admin(ctx, http.MethodDelete, "/-/clusters/"+url.PathEscape(name), nil, nil)
	if failure, ok := err.(*Error); ok && failure.Status == http.StatusNotFound {
		return nil // it was idle for too long
	}
	return err
}

// Stop ends the cluster, for good. Once is enough; more does no harm.
func (c *Cluster) Stop() error {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.client.CloseIdleConnections()
	var err error
	if c.onStop != nil {
		err = c.onStop()
		c.onStop = nil
	}
	if c.folder != "" {
		_ = os.RemoveAll(c.folder)
		c.folder, c.path = "", ""
	}
	return err
}
