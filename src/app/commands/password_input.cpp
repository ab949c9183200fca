#include "app/commands/password_input.h"

#include "app/process/startup_error.h"

#include <termios.h>
#include <unistd.h>

#include <iostream>

namespace mindspace::app {

namespace {

// The terminal does not show typed characters while this object exists.
class EchoDisabled {
public:
    EchoDisabled() {
        if (::tcgetattr(STDIN_FILENO, &before_) != 0) return;
        auto silent = before_;
        silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
    }
    ~EchoDisabled() {
        ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
        std::cerr << '\n';
    }
    EchoDisabled(const EchoDisabled&) = delete;
    EchoDisabled& operator=(const EchoDisabled&) = delete;

private:
    termios before_{};
};

}  // namespace

std::string read_password() {
    std::string password;
    if (::isatty(STDIN_FILENO) == 1) {
        std::cerr << "Password: ";
        const EchoDisabled echo_disabled;
        std::getline(std::cin, password);
    } else {
        std::getline(std::cin, password);
    }
    if (password.ends_with('\r')) password.pop_back();
    if (password.empty()) throw StartupError(EX_NOINPUT, "no password on standard input");
    return password;
}

}  // namespace mindspace::app
