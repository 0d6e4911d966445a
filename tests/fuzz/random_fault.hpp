// Faults of any kind in the catalogue, with settings of any size.
#pragma once

#include <memory>
#include <string>

#include "faults/plan.hpp"
#include "tests/fuzz/crumbs.hpp"

namespace firedrill::fuzz {

/// A fault of that contract, called `name`.
std::shared_ptr<const faults::Fault> random_fault(Crumbs& crumbs, faults::Kind::Contract contract, std::string name);
/// Other settings for the same fault: what an update is made of.
std::shared_ptr<const faults::Fault> random_update(Crumbs& crumbs, const faults::Fault& of);

}  // namespace firedrill::fuzz
