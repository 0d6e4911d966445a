// How long each request takes an embedded backend: drawn by seed, the backend's name and the request's number.
#pragma once

#include <cstdint>

#include "drills/drill.hpp"
#include "faults/draws.hpp"

namespace firedrill::drills {

class ServiceTimes {
 public:
  ServiceTimes(const BackendSpec& spec, faults::Seed seed)
      : times_{spec.service_time}, draws_{seed, "backend:" + spec.name, 0} {}

  Duration of(std::uint64_t request) const { return times_.quantile(draws_.unit(request)); }

 private:
  faults::Distribution times_;
  faults::Draws draws_;
};

}  // namespace firedrill::drills
