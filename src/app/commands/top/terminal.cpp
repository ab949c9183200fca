#include "app/commands/top/terminal.h"

#include "app/process/startup_error.h"

#include <poll.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <string_view>
#include <system_error>
#include <utility>

namespace mindspace::app::top {

namespace {

// Sequences of ECMA-48 and xterm, which every terminal of today knows: another screen, no cursor, no wrapping.
constexpr std::string_view kEnter = "\x1b[?1049h\x1b[?25l\x1b[?7l";
constexpr std::string_view kLeave = "\x1b[0m\x1b[?7h\x1b[?25h\x1b[?1049l";
constexpr std::string_view kHome = "\x1b[H";
constexpr std::string_view kClearLine = "\x1b[0m\x1b[K";
constexpr std::string_view kClearRest = "\x1b[J";

std::string_view text_of(const char* variable) {
    const char* value = std::getenv(variable);
    return value == nullptr ? std::string_view() : value;
}

void write_all(std::string_view bytes) {
    while (!bytes.empty()) {
        const auto written = ::write(STDOUT_FILENO, bytes.data(), bytes.size());
        if (written > 0)
            bytes.remove_prefix(static_cast<std::size_t>(written));
        else if (errno != EINTR)
            return;  // the terminal is gone: SIGHUP follows
    }
}

// NO_COLOR (no-color.org) leaves bold and reverse.
std::string_view sequence_of(Style style, bool has_colours) {
    switch (style) {
        case Style::plain:
            return {};
        case Style::title:
            return "\x1b[7m";
        case Style::heading:
            return "\x1b[1m";
        case Style::alarm:
            return has_colours ? "\x1b[31m" : "\x1b[1m";
    }
    std::unreachable();
}

bool is_readable(int descriptor) {
    pollfd waiting{.fd = descriptor, .events = POLLIN, .revents = 0};
    return ::poll(&waiting, 1, 0) == 1;
}

sigset_t handled_signals() {
    sigset_t set;
    sigemptyset(&set);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGWINCH}) sigaddset(&set, signal);
    return set;
}

}  // namespace

TerminalSize terminal_size() {
    winsize size{};
    if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0)
        return {.width = 80, .height = 24};
    return {.width = size.ws_col, .height = size.ws_row};
}

Terminal::Terminal() : has_colours_(text_of("NO_COLOR").empty()) {
    const auto type = text_of("TERM");
    if (::isatty(STDIN_FILENO) != 1 || ::tcgetattr(STDIN_FILENO, &before_) != 0 || ::isatty(STDOUT_FILENO) != 1 ||
        type.empty() || type == "dumb")
        throw StartupError(EX_USAGE, "this is no terminal: use --once");
    const auto signals = handled_signals();
    ::pthread_sigmask(SIG_BLOCK, &signals, &mask_before_);
    signals_ = ::signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
    if (signals_ < 0) {
        const auto error = errno;
        ::pthread_sigmask(SIG_SETMASK, &mask_before_, nullptr);
        throw std::system_error(error, std::generic_category(), "signalfd");
    }
    enter();
}

Terminal::~Terminal() {
    leave();
    ::close(signals_);
    ::pthread_sigmask(SIG_SETMASK, &mask_before_, nullptr);
}

int Terminal::keys_descriptor() const {
    return STDIN_FILENO;
}

void Terminal::enter() const {
    auto raw = before_;
    raw.c_lflag &= ~static_cast<tcflag_t>(ECHO | ICANON);
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &raw);
    write_all(kEnter);
}

void Terminal::leave() const {
    write_all(kLeave);
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
}

std::optional<std::string> Terminal::read_keys() {
    if (!is_readable(STDIN_FILENO)) return std::string();
    std::array<char, 64> bytes;
    const auto count = ::read(STDIN_FILENO, bytes.data(), bytes.size());
    if (count > 0) return std::string(bytes.data(), static_cast<std::size_t>(count));
    if (count < 0 && errno == EINTR) return std::string();
    return std::nullopt;
}

bool Terminal::handle_signals() {
    signalfd_siginfo received{};
    while (::read(signals_, &received, sizeof(received)) == sizeof(received)) {
        if (received.ssi_signo == SIGTSTP) {
            leave();
            ::raise(SIGSTOP);  // until SIGCONT
            enter();
        } else if (received.ssi_signo != SIGWINCH) {
            return false;
        }
    }
    return true;
}

void Terminal::draw(std::span<const Line> lines) const {
    std::string bytes(kHome);
    for (std::size_t i = 0; i < lines.size(); ++i) {
        if (i > 0) bytes += "\r\n";
        bytes += sequence_of(lines[i].style, has_colours_);
        bytes += lines[i].text;
        bytes += kClearLine;
    }
    bytes += kClearRest;
    write_all(bytes);
}

}  // namespace mindspace::app::top
