/* Between csocket_endpoint and the kernel's socket addresses; private to this target. */
#ifndef CSOCKET_ADDRESS_H
#define CSOCKET_ADDRESS_H

#include <sys/socket.h>

#include "CSocket.h"

socklen_t csocket_to_sockaddr(const csocket_endpoint *endpoint, struct sockaddr_storage *address);
void csocket_from_sockaddr(const struct sockaddr_storage *address, csocket_endpoint *endpoint);
void csocket_set_ipv6(csocket_endpoint *endpoint, const uint8_t bytes[16]);
void csocket_get_ipv6(const csocket_endpoint *endpoint, uint8_t bytes[16]);
bool csocket_is_wildcard(const csocket_endpoint *endpoint);

#endif
