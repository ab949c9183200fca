#pragma once
// The rows of /asyncapi.json: every kind of message on a group's socket, with the type that reads or writes it.

#include "platform/http/api/asyncapi.h"

namespace mindspace::meditation {

http::SocketProtocol room_protocol();

}  // namespace mindspace::meditation
