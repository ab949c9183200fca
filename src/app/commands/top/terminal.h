#pragma once
// The terminal of a full-screen command: its own screen, single keys without echo, its size, and the signals that it
// and operators send. Everything is restored at the end, also after Ctrl-C and while the command is suspended (Ctrl-Z).

#include "app/commands/top/view.h"

#include <termios.h>

#include <csignal>
#include <optional>
#include <span>
#include <string>

namespace mindspace::app::top {

struct TerminalSize {
    std::size_t width;
    std::size_t height;
};

// That of the terminal of standard output; 80 by 24 if there is none or it does not say.
TerminalSize terminal_size();

class Terminal {
public:
    // Standard input and output. Throws StartupError unless both are a terminal that can move its cursor.
    Terminal();
    ~Terminal();
    Terminal(const Terminal&) = delete;
    Terminal& operator=(const Terminal&) = delete;

    // Both are readable when there is something to do.
    [[nodiscard]] int keys_descriptor() const;
    [[nodiscard]] int signals_descriptor() const { return signals_; }

    // The bytes of the keys pressed since the last call; does not wait. Nothing (nullopt) if the terminal is gone.
    std::optional<std::string> read_keys();
    // Handles signals, without waiting; returns false if the command must end.
    bool handle_signals();

    void draw(std::span<const Line> lines) const;

private:
    void enter() const;
    void leave() const;

    termios before_{};
    sigset_t mask_before_{};
    int signals_ = -1;
    bool has_colours_;
};

}  // namespace mindspace::app::top
