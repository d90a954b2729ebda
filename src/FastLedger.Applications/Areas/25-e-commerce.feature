Feature: E-commerce
  Promise: buyer and vendor deal directly; the money waits until both agree or a moderator whom they chose decides, and ratings are by buyers only.

  Background:
    Given the parties Bank, Market, Vendor, Buyer, Moderator and Troll
    And Bank issues USD with 2 decimals
    And Buyer has 80.00 USD
    And Vendor and Moderator hold accounts in USD
    And Market defines the class "listings":
      """
      states Open, Closed
      flags UniqueContent
      issued by anyone
      Open -> Closed by Owner
      """
    And Market defines the class "orders":
      """
      states Ordered, Shipped, Complete, Disputed, Settled
      flags OwnerSigns, CounterpartySigns
      issued by anyone
      parent "listings" in Open
      Ordered -> Shipped by Counterparty
      Shipped -> Complete by Owner
      Ordered -> Disputed by OwnerOrCounterparty
      Shipped -> Disputed by OwnerOrCounterparty
      Disputed -> Settled by OwnerOrCounterparty
      """
    And Market defines the class "ratings":
      """
      states Given
      flags ParentPartySigns
      issued by anyone
      parent "orders" in Complete, Settled
      value 1 to 5
      """
    And Buyer founds the policy "two of three": any 2 of Buyer, Vendor and Moderator
    And Vendor creates "lamp" of the class "listings", on the document "one lamp for 80.00, to be sent within a week"
    And Buyer does all or nothing:
      """
      signed by Vendor
      requires "lamp" to be Open, on the document "one lamp for 80.00, to be sent within a week"
      creates "order" of the class "orders", with Vendor, from "lamp"
      reserves 80.00 USD as "escrow" for Vendor's USD, released by "two of three", voided by "two of three", for at most 45 days
      """

  Scenario: A lamp arrives, the vendor is paid and rated
    When Vendor moves "order" to Shipped
    And Buyer does all or nothing:
      """
      signed by Vendor
      posts "escrow"
      moves "order" to Complete
      creates "rating" of the class "ratings", worth 5, from "order"
      """
    Then Vendor's USD holds 80.00 USD
    And "order" is Complete

  Scenario: A lamp arrives broken and the moderator divides the money
    Given Vendor moves "order" to Shipped
    And Buyer moves "order" to Disputed
    When Moderator does all or nothing:
      """
      signed by Vendor
      posts 60.20 USD of "escrow"
      pays 0.80 USD to Moderator's USD from Vendor's USD
      moves "order" to Settled
      """
    Then Vendor's USD holds 59.40 USD
    And Buyer's USD holds 19.80 USD
    And Moderator's USD holds 0.80 USD

  Scenario: Nothing ever comes
    When 46 days pass
    Then Buyer's USD holds 80.00 USD

  @attack
  Scenario: The vendor alone, other words, ratings by strangers, money twice
    Then Vendor posts "escrow", which is refused: ThresholdNotMet
    And Vendor requires "lamp" to be Open, on the document "one lamp for 90.00, to be sent within a year", which is refused: BadProof
    And Troll creates "rating" of the class "ratings", worth 1, from "order", which is refused: InvalidParent
    When Vendor moves "order" to Shipped
    And Buyer moves "order" to Complete
    Then Troll creates "rating" of the class "ratings", worth 1, from "order", which is refused: Unauthorized
    And Troll posts "escrow", which is refused: Unauthorized
    When Buyer does all or nothing:
      """
      signed by Vendor
      voids "escrow"
      """
    Then Vendor does all or nothing, which is refused: PendingAlreadyVoided:
      """
      signed by Moderator
      posts "escrow"
      """
