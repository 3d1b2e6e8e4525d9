package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/redpanda-data/benthos/v4/public/service"
)

// elasticsearch has the fields of Redpanda Connect's output that docs/agents.md uses, and no other; what each does is as its documentation says.
type elasticsearch struct {
	url               string
	index, id, action *service.InterpolatedString
}

func init() {
	fields := service.NewConfigSpec().Fields(
		service.NewStringListField("urls"),
		service.NewInterpolatedStringField("index"),
		service.NewInterpolatedStringField("id"),
		service.NewInterpolatedStringField("action"),
	)
	err := service.RegisterBatchOutput("elasticsearch_v9", fields, func(fields *service.ParsedConfig, _ *service.Resources) (service.BatchOutput, service.BatchPolicy, int, error) {
		output, err := parsed(fields)
		return output, service.BatchPolicy{Count: 1}, 4, err
	})
	if err != nil {
		panic(err)
	}
}

func parsed(fields *service.ParsedConfig) (*elasticsearch, error) {
	urls, err := fields.FieldStringList("urls")
	if err != nil {
		return nil, err
	}
	if len(urls) != 1 {
		return nil, fmt.Errorf("one url is all that this output knows: %v", urls)
	}
	output := &elasticsearch{url: urls[0]}
	for name, to := range map[string]**service.InterpolatedString{"index": &output.index, "id": &output.id, "action": &output.action} {
		if *to, err = fields.FieldInterpolatedString(name); err != nil {
			return nil, err
		}
	}
	return output, nil
}

func (output *elasticsearch) Connect(context.Context) error { return nil }

func (output *elasticsearch) Close(context.Context) error { return nil }

// WriteBatch fails where a document was neither created nor there already, and is then given the batch again.
func (output *elasticsearch) WriteBatch(ctx context.Context, batch service.MessageBatch) error {
	var lines bytes.Buffer
	for at, message := range batch {
		action, err := batch.TryInterpolatedString(at, output.action)
		if err != nil {
			return err
		}
		index, err := batch.TryInterpolatedString(at, output.index)
		if err != nil {
			return err
		}
		id, err := batch.TryInterpolatedString(at, output.id)
		if err != nil {
			return err
		}
		document, err := message.AsBytes()
		if err != nil {
			return err
		}
		first, err := json.Marshal(map[string]map[string]string{action: {"_index": index, "_id": id}})
		if err != nil {
			return err
		}
		fmt.Fprintf(&lines, "%s\n%s\n", first, document)
	}
	return output.send(ctx, &lines)
}

func (output *elasticsearch) send(ctx context.Context, lines *bytes.Buffer) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, output.url+"/_bulk", lines)
	if err != nil {
		return err
	}
	request.Header.Set("content-type", "application/x-ndjson")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("it answers %s", response.Status)
	}
	var answer struct {
		Items []map[string]struct {
			Status int             `json:"status"`
			Error  json.RawMessage `json:"error"`
		} `json:"items"`
	}
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		return err
	}
	for _, item := range answer.Items {
		for _, done := range item {
			if done.Status >= 300 && done.Status != http.StatusConflict {
				return fmt.Errorf("refused with %d: %s", done.Status, done.Error)
			}
		}
	}
	return nil
}
