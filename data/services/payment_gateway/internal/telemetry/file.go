package telemetry

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"os"
	"sync"

	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/encoding/protojson"
)

// fileClient is a client of the OTLP exporter that writes one line of OTLP JSON an upload.
type fileClient struct {
	path string
	mu   sync.Mutex
	file *os.File
}

func (c *fileClient) Start(context.Context) (err error) {
	c.file, err = os.OpenFile(c.path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	return err
}

func (c *fileClient) Stop(context.Context) error { return c.file.Close() }

func (c *fileClient) UploadTraces(_ context.Context, spans []*tracepb.ResourceSpans) error {
	text, err := encode(&tracepb.TracesData{ResourceSpans: spans})
	if err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	_, err = c.file.Write(append(text, '\n'))
	return err
}

// encode differs from the JSON of protobuf in that ids are hexadecimal, as OTLP asks.
func encode(data *tracepb.TracesData) ([]byte, error) {
	text, err := protojson.MarshalOptions{UseEnumNumbers: true}.Marshal(data)
	if err != nil {
		return nil, err
	}
	var tree any
	if err := json.Unmarshal(text, &tree); err != nil {
		return nil, err
	}
	if err := writeIDsInHex(tree); err != nil {
		return nil, err
	}
	return json.Marshal(tree)
}

func writeIDsInHex(tree any) error {
	switch at := tree.(type) {
	case []any:
		for _, inner := range at {
			if err := writeIDsInHex(inner); err != nil {
				return err
			}
		}
	case map[string]any:
		for name, inner := range at {
			text, isText := inner.(string)
			if isText && (name == "traceId" || name == "spanId" || name == "parentSpanId") {
				id, err := base64.StdEncoding.DecodeString(text)
				if err != nil {
					return err
				}
				at[name] = hex.EncodeToString(id)
			} else if err := writeIDsInHex(inner); err != nil {
				return err
			}
		}
	}
	return nil
}
