// Package rpc serves the payment schemes over gRPC, with reflection.
package rpc

import (
	"context"
	"errors"
	"fmt"
	"net"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/health"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/reflection"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/reflect/protoreflect"

	"example.com/payment_gateway/internal/config"
)

// Server is the gRPC server and a connection of the service's own to it.
type Server struct {
	server *grpc.Server
	conn   *grpc.ClientConn
}

// Serve describes and registers all schemes, adds reflection, and listens.
func Serve(address string, c config.RPC) (*Server, error) {
	server := grpc.NewServer()
	for i := range c.Services {
		file, err := describe(i, c.Messages)
		if err != nil {
			return nil, fmt.Errorf("scheme %d: %w", i, err)
		}
		server.RegisterService(registration(file), nil)
	}
	grpc_health_v1.RegisterHealthServer(server, health.NewServer())
	reflection.Register(server)

	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, err
	}
	conn, err := grpc.NewClient("passthrough:///"+address,
		grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	go server.Serve(listener) // ends with Stop
	return &Server{server: server, conn: conn}, nil
}

// registration tells gRPC of a described service; its methods do nothing yet.
func registration(file protoreflect.FileDescriptor) *grpc.ServiceDesc {
	service := file.Services().Get(0)
	desc := &grpc.ServiceDesc{
		ServiceName: string(service.FullName()), HandlerType: (*any)(nil), Metadata: file.Path(),
	}
	for i := range service.Methods().Len() {
		desc.Methods = append(desc.Methods, grpc.MethodDesc{
			MethodName: string(service.Methods().Get(i).Name()), Handler: unimplemented,
		})
	}
	return desc
}

func unimplemented(any, context.Context, func(any) error, grpc.UnaryServerInterceptor) (any, error) {
	return nil, status.Error(codes.Unimplemented, "schemes are only described here")
}

// Call makes a call to the server over its own port.
func (s *Server) Call(ctx context.Context) error {
	_, err := grpc_health_v1.NewHealthClient(s.conn).Check(ctx, &grpc_health_v1.HealthCheckRequest{})
	return err
}

// Close ends both.
func (s *Server) Close() error {
	err := s.conn.Close()
	s.server.Stop()
	return err
}
