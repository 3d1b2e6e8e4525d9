// Says what is wrong with a file of alert rules, by the code that Prometheus reads it with.
package main

import (
	"fmt"
	"log/slog"
	"os"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/prometheus/prometheus/promql/parser"
)

func main() {
	_, wrong := rulefmt.ParseFile(os.Args[1], false, model.UTF8Validation, parser.NewParser(parser.Options{}), slog.Default())
	for _, err := range wrong {
		fmt.Println(err)
	}
	if len(wrong) > 0 {
		os.Exit(1)
	}
}
