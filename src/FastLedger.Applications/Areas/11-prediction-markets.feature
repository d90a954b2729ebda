Feature: Prediction markets
  Promise: every stake is backed to the last cent, the question is answered by the agreed oracle, and an answer can be disputed before it pays.

  Background:
    Given the parties Bank, Alice, Bob, Creator, Oracle1, Oracle2, Oracle3, Arbiter and Treasury
    And Bank issues USD with 2 decimals
    And Alice has 60.00 USD
    And Bob has 140.00 USD
    And Treasury and Creator hold accounts in USD
    And Creator founds the policy "oracle": any 2 of Oracle1, Oracle2 and Oracle3
    And Creator asks "Will it rain on Sunday?" of "oracle": Yes and No, backed by USD, disputed within 1 day at most 2 times for a bond of 10.00 USD to Treasury's USD, with Arbiter as arbiter
    And Alice and Bob hold accounts in Yes and No
    And Creator opens the market "rain" for Yes in USD, with a tick of 0.01 USD and at most 0.01 USD
    And Bob mints 100.00 USD of complete sets of "Will it rain on Sunday?"

  Scenario: Yes at 60 meets no at 40, and yes wins
    When Bob does all or nothing:
      """
      signed by Alice
      pays 100.00 Yes to Alice's Yes
      pays 60.00 USD to Bob's USD from Alice's USD
      """
    Then Bob's USD holds 100.00 USD
    And the vault of "Will it rain on Sunday?" holds 100.00 USD
    When Oracle1 does all or nothing:
      """
      signed by Oracle2
      reports Yes for "Will it rain on Sunday?"
      """
    And 25 hours pass
    Then the outcome "Will it rain on Sunday?" is Yes
    When Alice redeems 100.00 Yes for Alice's USD
    Then Alice's USD holds 100.00 USD
    And the vault of "Will it rain on Sunday?" holds 0.00 USD
    And Bob redeems 100.00 No for Bob's USD, which is refused: ValueLost
