// Benthos, the core of Redpanda Connect, with what the configuration of docs/agents.md names, and with an output of ours in place of the one for Elasticsearch,
// which is under another licence.
package main

import (
	"context"

	_ "github.com/redpanda-data/benthos/v4/public/components/io"
	_ "github.com/redpanda-data/benthos/v4/public/components/pure"
	"github.com/redpanda-data/benthos/v4/public/service"
)

func main() {
	service.RunCLI(context.Background())
}
