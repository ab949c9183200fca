#include "app/process/process_resources.h"

namespace mindspace::app {

namespace {

constexpr std::size_t kWaitingBodies = 32;  // a quarter is reserved for requests that have begun; above: 503

}  // namespace

ProcessResources::ProcessResources(const Config& settings, const Roles& served, Ports& taken)
    : config(settings),
      roles(served),
      ports(taken),
      large_bodies("large_bodies", 1, kWaitingBodies, kWaitingBodies / 4, WorkerPool::ThreadPriority::low) {}

}  // namespace mindspace::app
