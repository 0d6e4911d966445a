// Rows for people at a terminal, and for programs behind a pipe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/text.hpp"
#include "cli/view.hpp"

namespace firedrill::cli {

struct Column {
  enum class Side : std::uint8_t { left, right };
  std::string title;
  Side side = Side::left;
};

struct Cell {
  // Rows are lists of texts: NOLINTBEGIN(google-explicit-constructor)
  Cell(const char* shown) : Cell{std::string{shown}} {}
  Cell(std::string shown, Paint colour = Paint::plain) : text{shown}, bare{std::move(shown)}, paint{colour} {}
  // NOLINTEND(google-explicit-constructor)
  /// `for_programs`: where people get to see something else, such as 12,600 for 12600.
  Cell(std::string for_people, std::string for_programs, Paint colour = Paint::plain)
      : text{std::move(for_people)}, bare{std::move(for_programs)}, paint{colour} {}

  std::string text, bare;
  Paint paint;
};

class Table {
 public:
  explicit Table(std::vector<Column> columns) : columns_{std::move(columns)} {}

  /// As many cells as there are columns.
  void add(std::vector<Cell> row) { rows_.push_back(std::move(row)); }
  bool empty() const { return rows_.empty(); }

  /// The titles and the rows, aligned, no line wider than `shape`. None without rows.
  std::vector<std::string> lines(Shape shape) const;
  /// A line per row, without titles, its cells separated by tabs; `first` stands before each.
  std::string tabbed(std::string_view first = "") const;

 private:
  std::vector<Column> columns_;
  std::vector<std::vector<Cell>> rows_;
};

/// To standard output, in the way that suits it. `none`: what a person reads when there are no rows.
void print(const Table& table, std::string_view none);

}  // namespace firedrill::cli
