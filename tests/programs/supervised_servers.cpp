// The embedded servers of `mindspace up` without the program: prints their addresses, one line each for PostgreSQL (a
// conninfo) and Redis (a socket), and restarts them when they end, until SIGTERM.

#include "app/embedded/supervisor.h"
#include "app/process/signals.h"

#include <cstdio>
#include <exception>

int main(int count, char** arguments) {
    using namespace mindspace::app;
    if (count != 2) return 2;
    try {
        const Signals signals;
        const DataDirectory directory(arguments[1]);
        EmbeddedServers servers(directory, {}, [](std::string_view) {});
        servers.start();
        std::printf("%s\n%s\n", servers.postgres_conninfo().c_str(), servers.redis_socket().c_str());
        std::fflush(stdout);
        while (signals.wait(std::chrono::milliseconds(100)) != Signal::stop) servers.poll();
        servers.stop();
        return 0;
    } catch (const std::exception& fault) {
        std::fprintf(stderr, "%s\n", fault.what());
        return 1;
    }
}
