// What handlers return or throw becomes an answer.
#pragma once

#include <memory>
#include <utility>

#include "control/json.hpp"
#include "control/problem.hpp"
#include "control/router.hpp"

namespace firedrill::control {

inline Response ok(const Json& body, unsigned status = 200) { return {status, "application/json", text_of(body)}; }
inline Response nothing() { return {204, "", ""}; }

/// A handler made of a member function that throws Refusal or faults::PlanError.
template <typename Routes, typename Method>
Router::Handler answered(std::shared_ptr<const Routes> routes, Method method) {
  return [routes = std::move(routes), method](const Request& request, const Places& places) -> Response {
    try {
      return ((*routes).*method)(request, places);
    } catch (const Refusal& refusal) {
      return problem(refusal.status, refusal.what());
    } catch (const faults::PlanError& error) {
      return problem(error.problems);
    }
  };
}

}  // namespace firedrill::control
