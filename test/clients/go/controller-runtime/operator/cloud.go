package main

import (
	"errors"
	"sync"
)

var (
	errUnknownRegion = errors.New("there is no such region")
	errUnreachable   = errors.New("the region does not answer")
)

const (
	far      = "far"
	nowhere  = "nowhere"
	stubborn = "stubborn"
	asks     = 3
)

// cloud is what lies outside of the cluster: it takes its time, and fails now and then.
type cloud struct {
	mutex    sync.Mutex
	calls    map[string]int
	there    map[string]bool
	released bool
}

// make is asked again until the bucket is there.
func (c *cloud) make(name, region string) (bool, error) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.calls[name+"/"+region]++
	calls := c.calls[name+"/"+region]
	switch {
	case region == nowhere:
		return false, errUnknownRegion
	case region == far && calls <= asks:
		return false, errUnreachable
	case calls <= asks:
		return false, nil
	}
	c.there[name] = true
	return true, nil
}

// remove is asked again until the bucket is gone; in a stubborn region it stays until it is released.
func (c *cloud) remove(name, region string) bool {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if region == stubborn && !c.released {
		return false
	}
	delete(c.there, name)
	return true
}

func (c *cloud) release() {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.released = true
}

func (c *cloud) has(name string) bool {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.there[name]
}

func (c *cloud) callsFor(name, region string) int {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.calls[name+"/"+region]
}
