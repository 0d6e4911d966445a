// What a running HAProxy says of itself: the answers to "show info" and "show stat" on its stats socket.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace firedrill::lint::haproxy {

class Running {
 public:
  /// The two answers, one behind the other. What is not understood is left out.
  explicit Running(std::string_view text);

  /// The columns of a row, by the names in the header; values may be empty.
  using Row = std::map<std::string_view, std::string_view>;
  /// Of a server, or of a proxy as FRONTEND or BACKEND; null when there is none.
  const Row* row(std::string_view proxy, std::string_view server) const;
  const std::vector<Row>& rows() const { return rows_; }
  /// A row that is there has this column's value, or "".
  static std::string_view value(const Row& row, std::string_view column);
  /// A line of "show info": "4000" of "Maxconn: 4000"; "" when there is none.
  std::string_view info(std::string_view name) const;
  /// There is a header, so that there is something to compare.
  bool is_complete() const { return !columns_.empty(); }

 private:
  std::map<std::string_view, std::string_view> info_;
  std::vector<std::string_view> columns_;
  std::vector<Row> rows_;
  std::map<std::pair<std::string_view, std::string_view>, std::size_t> by_name_;
};

}  // namespace firedrill::lint::haproxy
