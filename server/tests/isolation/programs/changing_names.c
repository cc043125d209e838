/* Stands in for a name server whose answers change, below the server's own getaddrinfo. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <netdb.h>
#include <stdatomic.h>
#include <string.h>

static atomic_int asked;

typedef int look_up(const char *, const char *, const struct addrinfo *, struct addrinfo **);

int getaddrinfo(const char *host, const char *service, const struct addrinfo *hints, struct addrinfo **found) {
    look_up *real = (look_up *)dlsym(RTLD_NEXT, "getaddrinfo");
    if (!host || !strstr(host, ".rebind.test")) return real(host, service, hints, found);
    if (strncmp(host, "first", 5) == 0)
        return real(atomic_fetch_add(&asked, 1) == 0 ? "127.0.0.2" : "127.0.0.1", service, hints, found);
    if (strncmp(host, "always", 6) == 0) return real("127.0.0.1", service, hints, found);
    /* Both at once, the allowed one first. */
    int failed = real("127.0.0.2", service, hints, found);
    if (failed) return failed;
    struct addrinfo *last = *found;
    while (last->ai_next) last = last->ai_next;
    return real("127.0.0.1", service, hints, &last->ai_next);
}
