#include "target/stranger.h"

#include <netdb.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

// "May this be encrypted?", the first thing that libpq says: its size, and the code of the
// question. PostgreSQL answers with one byte, or with an error message, which begins with E and
// its size; it never speaks first, and none of its first messages is as long as 64 KiB.
static const char question[] = { 0, 0, 0, 8, 4, (char)0xd2, 0x16, 0x2f };

static bool
is_postgresql(const char *answer, ssize_t size)
{
    if (size == 1)
        return answer[0] == 'S' || answer[0] == 'N' || answer[0] == 'E';
    return answer[0] == 'E' && answer[1] == 0;
}

static bool
ask(int connected)
{
    char answer[16];
    ssize_t size;

    if (send(connected, question, sizeof question, MSG_NOSIGNAL) != (ssize_t)sizeof question)
        return false;
    size = recv(connected, answer, sizeof answer, 0);
    return size > 0 && !is_postgresql(answer, size);
}

// The time-out of sending is that of connecting, too.
static int
connect_to(const struct addrinfo *address)
{
    const struct timeval limit = { .tv_sec = STRANGER_WAIT_S };
    int made = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (made >= 0 && setsockopt(made, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit) == 0 &&
        setsockopt(made, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) == 0 &&
        connect(made, address->ai_addr, address->ai_addrlen) == 0)
        return made;
    if (made >= 0)
        (void)close(made);
    return -1;
}

bool
stranger_answers(const PGconn *connection)
{
    const struct addrinfo hints = { .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
        .ai_socktype = SOCK_STREAM };
    const char *host = PQhostaddr(connection);
    const char *port = PQport(connection);
    struct addrinfo *address = NULL;
    bool is_stranger = false;
    int connected;

    // Empty for a socket in the file system, behind which nobody else listens.
    if (host == NULL || host[0] == '\0' || port == NULL ||
        getaddrinfo(host, port, &hints, &address) != 0)
        return false;
    connected = connect_to(address);
    if (connected >= 0) {
        is_stranger = ask(connected);
        (void)close(connected);
    }
    freeaddrinfo(address);
    return is_stranger;
}
