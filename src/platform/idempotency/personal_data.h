#pragma once
// What is kept of a user for retries: the keys, which an export shows, and the responses, which are sealed.

#include "platform/privacy/personal_data.h"

namespace mindspace::http {

privacy::Holdings idempotency_personal_data();

}  // namespace mindspace::http
