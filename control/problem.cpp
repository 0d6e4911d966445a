// application/problem+json.
#include "control/problem.hpp"

#include "control/json.hpp"

namespace firedrill::control {
namespace {

Json details(unsigned status, const std::string& detail) {
  return {{"type", "about:blank"}, {"title", std::string{reason_of(status)}}, {"status", status}, {"detail", detail}};
}

}  // namespace

Response problem(unsigned status, const std::string& detail) {
  return {status, "application/problem+json", text_of(details(status, detail))};
}

Response problem(const faults::Problems& problems) {
  Json body = details(
      400, problems.size() == 1 ? problems.front().text : "the request has several mistakes; nothing was changed");
  body["errors"] = Json::array();
  for (const faults::Problem& one : problems) {
    Json error{{"detail", one.text}};
    if (!one.place.text().empty()) error["pointer"] = one.place.text();
    body["errors"].push_back(std::move(error));
  }
  return {400, "application/problem+json", text_of(body)};
}

}  // namespace firedrill::control
