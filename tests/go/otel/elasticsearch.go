package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/config/configopaque"
	"go.opentelemetry.io/collector/config/configoptional"
	"go.opentelemetry.io/collector/consumer/consumererror"
	"go.opentelemetry.io/collector/exporter"
	"go.opentelemetry.io/collector/exporter/exporterhelper"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"
)

// config has the keys of the exporter for Elasticsearch that docs/agents.md uses, and no other; what each does is as that exporter's documentation says.
type config struct {
	Endpoints []string            `mapstructure:"endpoints"`
	APIKey    configopaque.String `mapstructure:"api_key"`
	Mapping   struct {
		Mode string `mapstructure:"mode"`
	} `mapstructure:"mapping"`
	DynamicID struct {
		Enabled bool `mapstructure:"enabled"`
	} `mapstructure:"logs_dynamic_id"`
	SuppressConflicts bool `mapstructure:"suppress_conflict_errors"`
	Retry             struct {
		MaxRetries    int   `mapstructure:"max_retries"`
		RetryOnStatus []int `mapstructure:"retry_on_status"`
	} `mapstructure:"retry"`
	// The queue is the collector's own, for any exporter.
	Queue configoptional.Optional[exporterhelper.QueueBatchConfig] `mapstructure:"sending_queue"`
}

// Validate refuses what the stand-in does not do.
func (config *config) Validate() error {
	if len(config.Endpoints) != 1 || config.Mapping.Mode != "bodymap" {
		return fmt.Errorf("one endpoint and the mode `bodymap` are all that this exporter knows: %v, %q", config.Endpoints, config.Mapping.Mode)
	}
	return nil
}

func newElasticsearch() exporter.Factory {
	defaults := func() component.Config {
		config := &config{Queue: configoptional.Some(exporterhelper.NewDefaultQueueConfig())}
		config.Retry.MaxRetries, config.Retry.RetryOnStatus = 2, []int{http.StatusTooManyRequests}
		return config
	}
	logs := func(ctx context.Context, set exporter.Settings, made component.Config) (exporter.Logs, error) {
		config := made.(*config)
		none := exporterhelper.WithTimeout(exporterhelper.TimeoutConfig{})
		return exporterhelper.NewLogs(ctx, set, config, config.push, none, exporterhelper.WithQueue(config.Queue))
	}
	return exporter.NewFactory(component.MustNewType("elasticsearch"), defaults, exporter.WithLogs(logs, component.StabilityLevelDevelopment))
}

// push sends records, again after no answer or one of some kinds, as often as it may.
func (config *config) push(ctx context.Context, logs plog.Logs) error {
	lines, err := config.lines(logs)
	if err != nil {
		return consumererror.NewPermanent(err)
	}
	wait := 100 * time.Millisecond
	for retries := 0; ; retries++ {
		status, err := config.send(ctx, lines)
		if err == nil || retries >= config.Retry.MaxRetries || (status != 0 && !slices.Contains(config.Retry.RetryOnStatus, status)) {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(wait):
			wait = min(2*wait, time.Second)
		}
	}
}

// lines are those of a bulk request: the body is the document, and attributes say where it goes.
func (config *config) lines(logs plog.Logs) ([]byte, error) {
	var lines bytes.Buffer
	encoder := json.NewEncoder(&lines)
	encoder.SetEscapeHTML(false)
	for _, resource := range logs.ResourceLogs().All() {
		for _, scope := range resource.ScopeLogs().All() {
			for _, record := range scope.LogRecords().All() {
				if record.Body().Type() != pcommon.ValueTypeMap {
					return nil, fmt.Errorf("a body is no map but %s", record.Body().Type())
				}
				attributes := record.Attributes()
				create := map[string]string{"_index": "logs-" + or(attributes, "data_stream.dataset", "generic") + "-" + or(attributes, "data_stream.namespace", "default")}
				if id := or(attributes, "elasticsearch.document_id", ""); config.DynamicID.Enabled && id != "" {
					create["_id"] = id
				}
				if err := encoder.Encode(map[string]any{"create": create}); err != nil {
					return nil, err
				}
				if err := encoder.Encode(record.Body().Map().AsRaw()); err != nil {
					return nil, err
				}
			}
		}
	}
	return lines.Bytes(), nil
}

func or(attributes pcommon.Map, name, other string) string {
	if value, found := attributes.Get(name); found {
		return value.AsString()
	}
	return other
}

// send gives the status of the answer, if there was one.
func (config *config) send(ctx context.Context, lines []byte) (int, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, config.Endpoints[0]+"/_bulk", bytes.NewReader(lines))
	if err != nil {
		return 0, err
	}
	request.Header.Set("content-type", "application/x-ndjson")
	request.Header.Set("authorization", "ApiKey "+string(config.APIKey))
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return response.StatusCode, fmt.Errorf("it answers %s", response.Status)
	}
	var answer struct {
		Items []map[string]struct {
			Status int             `json:"status"`
			Error  json.RawMessage `json:"error"`
		} `json:"items"`
	}
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		return 0, err
	}
	// A document that is refused is told and dropped.
	for _, item := range answer.Items {
		if created := item["create"]; created.Status >= 300 && !(created.Status == http.StatusConflict && config.SuppressConflicts) {
			fmt.Printf("refused with %d: %s\n", created.Status, created.Error)
		}
	}
	return 0, nil
}
