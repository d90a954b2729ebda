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
    And Creator opens the market "rain" for Yes in USD, in lots of 1.00 Yes, with a tick of 0.01 USD and at most 1.00 USD
    And Bob mints 100.00 USD of complete sets of "Will it rain on Sunday?"
    And Alice bids 0.60 USD each for 100.00 Yes on "rain"
    And Bob offers 0.60 USD each for 100.00 Yes on "rain"

  Scenario: Yes at 60 met no at 40, and yes wins
    Then Alice's Yes holds 100.00 Yes
    And Bob's USD holds 100.00 USD
    And Bob's No holds 100.00 No
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

  Scenario: The question has no answer, and both get half
    When Oracle1 does all or nothing:
      """
      signed by Oracle3
      reports Invalid for "Will it rain on Sunday?"
      """
    And 25 hours pass
    And Alice redeems 100.00 Yes for Alice's USD
    And Bob redeems 100.00 No for Bob's USD
    Then Alice's USD holds 50.00 USD
    And Bob's USD holds 150.00 USD
    And the vault of "Will it rain on Sunday?" holds 0.00 USD

  Scenario: A wrong report is disputed, and the bond comes back
    When Oracle1 does all or nothing:
      """
      signed by Oracle2
      reports No for "Will it rain on Sunday?"
      """
    And Bob disputes No for "Will it rain on Sunday?" from Bob's USD
    Then Bob's USD holds 100.00 USD with 10.00 USD reserved
    When Oracle1 does all or nothing:
      """
      signed by Oracle3
      reports Yes for "Will it rain on Sunday?"
      """
    And 25 hours pass
    Then the outcome "Will it rain on Sunday?" is Yes
    And Bob's USD holds 100.00 USD

  @attack
  Scenario: One oracle alone, a dispute for nothing, sets after the end, redeeming twice
    Then Oracle1 reports Yes for "Will it rain on Sunday?", which is refused: ThresholdNotMet
    And Alice reports Yes for "Will it rain on Sunday?", which is refused: Unauthorized
    And Alice redeems 100.00 Yes for Alice's USD, which is refused: OutcomeNotFinal
    When Oracle1 does all or nothing:
      """
      signed by Oracle2
      reports Yes for "Will it rain on Sunday?"
      """
    Then Alice disputes Yes for "Will it rain on Sunday?" from Alice's USD, which is refused: ExceedsBalance
    When 25 hours pass
    Then Oracle1 does all or nothing, which is refused: AlreadyFinal:
      """
      signed by Oracle2
      reports No for "Will it rain on Sunday?"
      """
    And Bob mints 100.00 USD of complete sets of "Will it rain on Sunday?", which is refused: BadState
    And Bob redeems 100.00 No for Bob's USD, which is refused: ValueLost
    When Alice redeems 100.00 Yes for Alice's USD
    Then Alice redeems 100.00 Yes for Alice's USD, which is refused: ExceedsBalance
