package rpc

import (
	"fmt"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/descriptorpb"
)

const fields = 12

// describe builds and registers the description of one service, as generated code would
// have brought it: a method for each pair of messages.
func describe(number, messages int) (protoreflect.FileDescriptor, error) {
	pkg := fmt.Sprintf("lab.payments.scheme%03d", number)
	file := &descriptorpb.FileDescriptorProto{
		Name: proto.String(fmt.Sprintf("lab/payments/scheme%03d.proto", number)), Package: &pkg,
		Syntax: proto.String("proto3"),
	}
	service := &descriptorpb.ServiceDescriptorProto{Name: proto.String("Scheme")}
	for i := range messages {
		request, response := message(fmt.Sprintf("Request%03d", i)), message(fmt.Sprintf("Response%03d", i))
		file.MessageType = append(file.MessageType, request, response)
		service.Method = append(service.Method, &descriptorpb.MethodDescriptorProto{
			Name:       proto.String(fmt.Sprintf("Call%03d", i)),
			InputType:  proto.String("." + pkg + "." + request.GetName()),
			OutputType: proto.String("." + pkg + "." + response.GetName()),
		})
	}
	file.Service = []*descriptorpb.ServiceDescriptorProto{service}
	described, err := protodesc.NewFile(file, protoregistry.GlobalFiles)
	if err != nil {
		return nil, err
	}
	return described, protoregistry.GlobalFiles.RegisterFile(described)
}

func message(name string) *descriptorpb.DescriptorProto {
	m := &descriptorpb.DescriptorProto{Name: &name}
	for i := range fields {
		m.Field = append(m.Field, &descriptorpb.FieldDescriptorProto{
			Name:   proto.String(fmt.Sprintf("field_%d", i)),
			Number: proto.Int32(int32(i + 1)),
			Label:  descriptorpb.FieldDescriptorProto_LABEL_OPTIONAL.Enum(),
			Type:   descriptorpb.FieldDescriptorProto_TYPE_STRING.Enum(),
		})
	}
	return m
}
