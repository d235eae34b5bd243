package main

import (
	"context"
	"errors"
	"os"
	"time"

	"k8s.io/client-go/discovery"
	"k8s.io/client-go/discovery/cached/disk"
	"k8s.io/client-go/discovery/cached/memory"

	"fauxkube/clients/program"
)

func (f *finder) inMemory(context.Context) error {
	config, counted := f.Counted()
	client, err := discovery.NewDiscoveryClientForConfig(config)
	if err != nil {
		return err
	}
	cached := memory.NewMemCacheClient(client)
	for range 3 {
		if _, err := cached.ServerResourcesForGroupVersion(gauges); err != nil {
			return err
		}
	}
	once := asked(counted)
	_, missing := cached.ServerResourcesForGroupVersion("none.example.com/v1")
	cached.Invalidate()
	if _, err := cached.ServerGroups(); err != nil {
		return err
	}
	return program.First(
		program.Expect("what was asked", once, "/api 200, /apis 200"),
		program.Expect("whether none is in the cache", errors.Is(missing, memory.ErrCacheNotFound), true),
		program.Expect("what was asked again", asked(counted), "/api 200, /apis 200"),
		program.Expect("whether it is fresh", cached.Fresh(), true),
	)
}

// As kubectl keeps it: files for some minutes, and answers with their tags behind them.
func (f *finder) onDisk(context.Context) error {
	folder, err := os.MkdirTemp("", "discovery")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	var sizes []int
	config, counted := f.Counted()
	for range 2 {
		client, err := disk.NewCachedDiscoveryClientForConfig(config, folder+"/files", folder+"/http", time.Hour)
		if err != nil {
			return err
		}
		_, lists, err := client.ServerGroupsAndResources()
		if err != nil {
			return err
		}
		sizes = append(sizes, len(lists))
	}
	first := asked(counted)
	client, err := disk.NewCachedDiscoveryClientForConfig(config, folder+"/files", folder+"/http", time.Hour)
	if err != nil {
		return err
	}
	client.Invalidate()
	if _, _, err := client.ServerGroupsAndResources(); err != nil {
		return err
	}
	// The transport of the cache on disk lies around the one that counts: it sends tags, and nothing has changed.
	return program.First(
		program.Expect("the number of group versions", sizes[1], sizes[0]),
		program.Expect("what was asked", first, "/api 200, /apis 200"),
		program.Expect("what was asked again", asked(counted), "/api 304, /apis 304"),
	)
}

func (f *finder) caches() {
	f.Check("a cache in memory asks once, until it is told to forget", f.inMemory)
	f.Check("a cache on disk asks once, and is told that nothing has changed", f.onDisk)
}
