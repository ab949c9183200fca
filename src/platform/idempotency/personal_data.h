#pragma once
// What is stored of a user for retries: the keys, which an export shows, and the responses, which are encrypted.

#include "platform/privacy/personal_data.h"

namespace mindspace::idempotency {

privacy::PersonalTables personal_data();

}  // namespace mindspace::idempotency
