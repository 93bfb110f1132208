/*
 * Looks a name up at a slow server that is not traced: by a query made by hand, to the address it
 * is given, or with mode "resolver" by getaddrinfo and the system's configuration.
 */
#include "planted.h"

#include <netdb.h>

#include "loopback.h"

/* RFC 1035, 4.1: a header that asks for recursion, and one question: slow.example, A, IN. */
static const char query[] = "\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00"
			    "\x04slow\x07" "example\x00\x00\x01\x00\x01";

static void ask_by_hand(const char *server)
{
	struct sockaddr_in address = parse_address(server);
	int fd = connected_socket(&address, SOCK_DGRAM);
	char reply[512];

	check(send(fd, query, sizeof query - 1, 0) == sizeof query - 1, "send");
	check(recv(fd, reply, sizeof reply, 0) > 12, "recv");
	check(reply[0] == query[0] && reply[1] == query[1], "another query's reply");
	close(fd);
}

static void ask_resolver(void)
{
	struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM}, *found;

	check(getaddrinfo("slow.example", "80", &hints, &found) == 0, "getaddrinfo");
	freeaddrinfo(found);
}

int main(int argc, char **argv)
{
	planted_begin();
	marked_spin("spin", 20);
	begin_part("look-up", DNS);
	if (strcmp(argv[1], "resolver") == 0)
		ask_resolver();
	else
		ask_by_hand(argv[2]);
	end_part("look-up");
	ready(argv[argc - 1]);
	return 0;
}
