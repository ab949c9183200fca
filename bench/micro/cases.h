#pragma once
// The operations of the hot paths that mindspace_micro measures, each by itself: no socket, no server, no clock, and
// the same input every time, so that a run executes the same instructions as the one before.

#include <functional>
#include <string>
#include <vector>

namespace mindspace::micro {

struct Case {
    std::string name;
    std::function<void()> run;  // performs the operation once
};
using Cases = std::vector<Case>;

Cases http_cases();
Cases json_cases();
Cases limit_cases();
Cases token_cases();
Cases websocket_cases();

}  // namespace mindspace::micro
