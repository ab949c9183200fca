#pragma once
// The files of db/migrations, built into the program (cmake/EmbedMigrations.cmake defines this function).

#include "platform/postgres/migrations/migrations.h"

#include <span>

namespace mindspace::db {

// The migrations in the order in which they are applied: versions 1, 2, 3, … without a gap.
std::span<const postgres::Migration> migrations();

}  // namespace mindspace::db
