#include "platform/telemetry/metrics/process_metrics.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <string>

namespace mindspace::telemetry {

namespace {

using std::chrono::microseconds;
using std::chrono::seconds;

Duration as_duration(const timeval& time) {
    return seconds(time.tv_sec) + microseconds(time.tv_usec);
}

// Fields of /proc/self/stat (proc(5)); they follow the name of the program in parentheses.
struct ProcessState {
    std::int64_t threads = 0;         // field 20
    std::int64_t start_ticks = 0;     // 22, since the machine started
    std::int64_t virtual_bytes = 0;   // 23
    std::int64_t resident_pages = 0;  // 24
};

ProcessState read_state() {
    std::ifstream file("/proc/self/stat");
    file.ignore(std::numeric_limits<std::streamsize>::max(), ')');
    std::string skipped;
    for (int field = 3; field < 20; ++field) file >> skipped;
    ProcessState state;
    file >> state.threads >> skipped >> state.start_ticks >> state.virtual_bytes >> state.resident_pages;
    return state;
}

// When the machine started, in seconds since 1970.
std::int64_t read_boot_time() {
    std::ifstream file("/proc/stat");
    std::string name;
    std::int64_t time = 0;
    while (file >> name) {
        if (name == "btime" && file >> time) return time;
        file.ignore(std::numeric_limits<std::streamsize>::max(), '\n');
    }
    return 0;
}

std::int64_t count_open_files() {
    std::error_code fault;
    const std::filesystem::directory_iterator files("/proc/self/fd", fault);
    return fault ? 0 : std::distance(begin(files), end(files)) - 1;  // without the one of the directory itself
}

}  // namespace

void collect_process(Page& page) {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    rlimit files{};
    getrlimit(RLIMIT_NOFILE, &files);
    const auto state = read_state();
    const auto since_boot =
        std::chrono::duration<std::int64_t, std::milli>(state.start_ticks * 1000 / sysconf(_SC_CLK_TCK));
    page.counter("process_cpu_seconds", "CPU time of the process, user and system.",
                 as_duration(usage.ru_utime) + as_duration(usage.ru_stime));
    page.gauge("process_open_fds", "Open files and sockets of the process.", count_open_files());
    page.gauge("process_max_fds", "The most files and sockets that the process may open.",
               static_cast<std::int64_t>(files.rlim_cur));
    page.gauge("process_virtual_memory_bytes", "Virtual memory of the process.", state.virtual_bytes);
    page.gauge("process_resident_memory_bytes", "Resident memory of the process.",
               state.resident_pages * sysconf(_SC_PAGESIZE));
    page.gauge("process_threads", "Threads of the process.", state.threads);
    page.gauge("process_start_time_seconds", "When the process started, since 1970.",
               seconds(read_boot_time()) + since_boot);
}

}  // namespace mindspace::telemetry
