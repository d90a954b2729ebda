Feature: Stock trading
  Promise: the trade is the settlement: shares and money change hands in the same instant, and nobody can sell what he does not have.

  Background:
    Given the parties Bank, Exchange, Seller, Buyer, Other and Stranger
    And Bank issues USD with 2 decimals
    And Exchange issues TIGR with 0 decimals, at most 1,000
    And Exchange holds accounts in USD
    And Seller has 100 TIGR
    And Buyer has 10,150.00 USD
    And Buyer and Other hold accounts in TIGR
    And Seller and Other hold accounts in USD
    And Other has 10,200.00 USD
    And Exchange opens the market "TIGR" for TIGR in USD, with a tick of 0.50 USD and at most 200.00 USD

  Scenario: A bid meets two offers and settles at their prices
    When Seller offers 101.00 USD each for 60 TIGR on "TIGR" as "first"
    And Seller offers 101.50 USD each for 40 TIGR on "TIGR" as "second"
    Then Seller's TIGR holds 100 TIGR with 100 TIGR reserved
    When Buyer bids 101.50 USD each for 100 TIGR on "TIGR"
    Then Buyer's TIGR holds 100 TIGR
    And Seller's TIGR holds 0 TIGR
    And Seller's USD holds 10,120.00 USD
    And Buyer's USD holds 30.00 USD

  Scenario: A resting bid reserves its money and gives back what it did not need
    When Buyer bids 101.50 USD each for 100 TIGR on "TIGR" as "bid"
    Then Buyer's USD holds 10,150.00 USD with 10,150.00 USD reserved
    When Seller offers 101.00 USD each for 60 TIGR on "TIGR"
    Then 40 TIGR of the order "bid" remain
    And Seller's USD holds 6,090.00 USD
    When Buyer cancels the order "bid"
    Then Buyer's USD holds 4,060.00 USD

  Scenario: Shares stay inside the cap of the issue
    When Exchange pays 900 TIGR to Seller's TIGR
    Then Exchange's TIGR holds -1,000 TIGR
    And Seller's TIGR holds 1,000 TIGR

  Scenario: A dividend goes to whoever held the shares on the record date
    Given Exchange names Exchange's USD to be paid for Exchange's TIGR
    And Seller names Seller's USD to be paid for Seller's TIGR
    And Buyer names Buyer's USD to be paid for Buyer's TIGR
    When Seller offers 101.00 USD each for 60 TIGR on "TIGR"
    And Buyer bids 101.00 USD each for 60 TIGR on "TIGR"
    And Other distributes 100.00 USD to the holders of TIGR as "dividend 2026"
    And the distribution "dividend 2026" is done
    Then Buyer's USD holds 4,150.00 USD
    And Seller's USD holds 6,100.00 USD
    And Other's USD holds 10,100.00 USD

  @attack
  Scenario: Selling what one does not have
    Then Seller offers 101.00 USD each for 101 TIGR on "TIGR", which is refused: ExceedsBalance
    And Stranger freezes Seller's TIGR, which is refused: Unauthorized
    And Exchange pays 901 TIGR to Seller's TIGR, which is refused: ExceedsBalance

  @attack
  Scenario: The same shares are offered twice at once
    Then exactly 1 of these takes effect:
      """
      Seller offers 101.00 USD each for 100 TIGR on "TIGR"
      Seller offers 101.50 USD each for 100 TIGR on "TIGR"
      """

  @attack
  Scenario: A price outside the band, a trade with oneself, an order sent twice
    Then Buyer bids 200.50 USD each for 1 TIGR on "TIGR", which is refused: InvalidPrice
    When Seller offers 101.00 USD each for 60 TIGR on "TIGR" as "offer"
    Then Seller sends the same again and nothing happens twice
    And Seller's TIGR holds 100 TIGR with 60 TIGR reserved
    When Other bids 100.00 USD each for 10 TIGR on "TIGR"
    And Other bids 101.00 USD each for 60 TIGR on "TIGR"
    Then Other offers 100.00 USD each for 10 TIGR on "TIGR", which is refused: SelfTradePrevented

  @attack
  Scenario: A halted market takes no orders
    When Exchange halts the market "TIGR"
    Then Buyer bids 101.00 USD each for 1 TIGR on "TIGR", which is refused: InstrumentHalted
    And Stranger resumes the market "TIGR", which is refused: Unauthorized
