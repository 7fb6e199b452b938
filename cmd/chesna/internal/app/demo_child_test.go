package app

import (
	"context"
	"fmt"
	"log/slog"
	"os"

	"chesna/configs"
)

// demoChild runs the demo as `chesna demo` does, until it is killed.
func demoChild(dir string) error {
	c, err := configs.Load(configs.Options{Getenv: os.Getenv})
	if err != nil {
		return err
	}
	c = c.ForDemo()
	c.Server.Addr = "127.0.0.1:0"
	a, err := Start(context.Background(), Options{Config: c, Logger: slog.New(slog.DiscardHandler), Demo: true, DataDir: dir})
	if err != nil {
		return err
	}
	fmt.Println(a.URL())
	return a.Run(context.Background())
}
