Feature: Payments and cash
  Promise: a payer pays in one currency, the payee is paid in another, at once and traceable end to end, without a chain of intermediaries.

  Background:
    Given the parties Bank, Payer, Payee, Desk, Fees and Agent
    And Bank issues USD with 2 decimals
    And Bank issues MXN with 2 decimals
    And Payer has 5,025.00 USD
    And Desk has 91,250.00 MXN
    And Desk, Fees and Agent hold accounts in USD
    And Payee, Agent and Payer hold accounts in MXN

  Scenario: A payment across currencies settles in one block
    When Payer reserves 5,025.00 USD as "quote at 18.2500" for Desk's USD, released by Desk, for at most 30 seconds
    And Desk does all or nothing:
      """
      posts "quote at 18.2500"
      pays 25.00 USD to Fees's USD
      pays 91,250.00 MXN to Payee's MXN
      """
    Then all legs took effect in one block
    And Payee's MXN holds 91,250.00 MXN
    And Desk's USD holds 5,000.00 USD
    And Fees's USD holds 25.00 USD
    And Payer's USD holds 0.00 USD

  Scenario: A hundred payments in a row, each answered when it is final
    When Payer does 100 times, one after the other:
      """
      pays 50.00 USD to Desk's USD
      pays 0.25 USD to Fees's USD
      """
    Then Desk's USD holds 5,000.00 USD
    And Fees's USD holds 25.00 USD
    And Payer's USD holds 0.00 USD

  Scenario: Cash is paid out against a code
    Given Payee has 1,000.00 MXN
    When Payee reserves 1,000.00 MXN as "cash" for Agent's MXN, locked with the code "3141 5926", for at most 24 hours
    And Agent posts "cash" with the code "3141 5926"
    Then Agent's MXN holds 1,000.00 MXN

  @attack
  Scenario: The desk lacks the last cent
    Given Desk pays 0.01 MXN to Agent's MXN
    And Payer reserves 5,025.00 USD as "quote" for Desk's USD, released by Desk, for at most 30 seconds
    When Desk does all or nothing, which is refused: ExceedsBalance:
      """
      posts "quote"
      pays 25.00 USD to Fees's USD
      pays 91,250.00 MXN to Payee's MXN
      """
    Then Payer's USD holds 5,025.00 USD with 5,025.00 USD reserved
    And Payee's MXN holds 0.00 MXN

  @attack
  Scenario: The same payment is sent twice
    When Payer pays 5,000.00 USD to Desk's USD
    Then Payer sends the same again and nothing happens twice
    And Payer sends the same again with 5,001.00 USD and is refused: ExistsDifferent
    And Payer's USD holds 25.00 USD

  @attack
  Scenario: The quote is taken up too late
    When Payer reserves 5,025.00 USD as "quote" for Desk's USD, released by Desk, for at most 30 seconds
    And 31 seconds pass
    Then Desk posts "quote", which is refused: PendingExpired
    And Payer's USD holds 5,025.00 USD

  @attack
  Scenario: Cash is asked for with a wrong code
    Given Payee has 1,000.00 MXN
    And Payee reserves 1,000.00 MXN as "cash" for Agent's MXN, locked with the code "3141 5926", for at most 24 hours
    Then Agent posts "cash" with the code "2718 2818", which is refused: BadProof
    And Agent posts "cash", which is refused: BadProof
    And Payee's MXN holds 1,000.00 MXN with 1,000.00 MXN reserved
