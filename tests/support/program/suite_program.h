#pragma once
// For suites that do to the program what others would suffer from: it is theirs, started once for all of their tests.
//
//     class Crash : public SuiteProgram<Crash> {};
//     TEST_F(Crash, …) { program().kill(); … }

#include "support/program/program.h"

#include <gtest/gtest.h>

#include <memory>

namespace mindspace::integration {

template <class Suite>
class SuiteProgram : public testing::Test {
public:
    static void SetUpTestSuite() {
        program_ = std::make_unique<Program>(Environment{}, plan_of_environment(), Suite::servers());
    }
    static void TearDownTestSuite() { program_.reset(); }

protected:
    // A test that failed half way may have left it stopped.
    void SetUp() override {
        if (!program_->is_running()) program_->start();
    }
    static Program& program() { return *program_; }
    // For a suite that wants other than the usual ones.
    static Servers servers() { return Servers::tests; }

private:
    static inline std::unique_ptr<Program> program_;
};

}  // namespace mindspace::integration
