#pragma once
// What a core provides to its modules: its loop, its connections to PostgreSQL and Redis, and access control. All of it
// belongs to that core's loop and outlives the modules.

#include "platform/http/access/access_control.h"

#include <boost/asio/io_context.hpp>

#include <string>

namespace mindspace {

namespace asio = boost::asio;

namespace limits {
class RateLimiter;
}
namespace postgres {
class Client;
class Replicas;
struct ClientOptions;
}  // namespace postgres
namespace telemetry {
class Tracer;
}
namespace redis {
class Client;
class Subscriber;
}  // namespace redis

struct CoreResources {
    unsigned index;  // of the core, from 0
    asio::io_context& loop;
    postgres::Client& database;
    postgres::Replicas& replicas;
    redis::Client& redis;
    redis::Subscriber& subscriber;
    limits::RateLimiter& limiter;
    http::AccessControl access;
    const postgres::ClientOptions& database_options;  // of `database`, for clients like it
    const std::string& direct_database;  // libpq's: the primary itself, for sessions, locks and notifications
    const telemetry::Tracer* tracer;     // the process's; null: no traces
};

}  // namespace mindspace
