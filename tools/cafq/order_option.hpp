#pragma once

#include <map>
#include <string>

#include <CLI/CLI.hpp>

namespace cafq::tool {

/// Adds `--sort`, which takes the name of an order.
/// @param to Where it is put; has to outlive the parsing.
template <class Order>
void add_order(CLI::App& app, Order& to,
               const std::map<std::string, Order>& orders) {
  app
    .add_option_function<std::string>(
      "--sort", [&to, orders](const std::string& by) { to = orders.at(by); },
      "By this column")
    ->check(CLI::IsMember(orders));
}

} // namespace cafq::tool
