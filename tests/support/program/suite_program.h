#pragma once
// Base of suites that disturb the program: each suite has its own program, started once for all of its tests.
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
    // A failed test may have left it stopped.
    void SetUp() override {
        if (!program_->is_running()) program_->start();
    }
    static Program& program() { return *program_; }
    // Suites may override this.
    static Servers servers() { return Servers::shared; }

private:
    static inline std::unique_ptr<Program> program_;
};

}  // namespace mindspace::integration
