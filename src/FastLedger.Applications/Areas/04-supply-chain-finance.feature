Feature: Supply-chain finance
  Promise: buyer, seller and financier see the same order and invoice, a claim is financed once, and whoever owns it is paid.

  Background:
    Given the parties Bank, Registrar, Buyer, Seller, Financier, Second and Stranger
    And Bank issues USD with 2 decimals
    And Buyer has 100,000.00 USD
    And Financier has 99,000.00 USD
    And Second has 99,000.00 USD
    And Seller holds accounts in USD
    And Registrar defines the class "purchase orders":
      """
      states Agreed, Shipped, Closed
      flags UniqueContent, OwnerSigns, CounterpartySigns
      issued by anyone
      Agreed -> Shipped by Counterparty
      Shipped -> Closed by OwnerAndCounterparty
      """
    And Registrar defines the class "invoices":
      """
      states Issued, Approved, Financed, Paid, Disputed, Overdue
      flags UniqueContent, Transferable, OwnerSigns, ContentMayChange, ParentPartySigns
      issued by anyone
      parent "purchase orders" in Shipped
      Issued -> Issued by Owner
      Issued -> Approved by Counterparty
      Issued -> Disputed by Counterparty
      Approved -> Financed by Owner
      Financed -> Paid by OwnerAndCounterparty
      Financed -> Overdue by Expiry
      Overdue -> Paid by OwnerAndCounterparty
      """
    And Buyer does all or nothing:
      """
      signed by Seller
      creates "order 4711" of the class "purchase orders", with Seller, on the document "order 4711, terms agreed"
      """
    And Seller moves "order 4711" to Shipped
    And Seller creates "invoice 17" of the class "invoices", called "Seller/17/Buyer/100000.00", with Buyer, on the document "invoice 17 over 100,000.00", from "order 4711", valid for 60 days
    And Buyer moves "invoice 17" to Approved

  Scenario: An approved invoice is sold, and its owner is paid at maturity
    Then interest on 100,000.00 USD at 6 % for 60 days of 360 is 1,000.00 USD
    When Financier does all or nothing:
      """
      signed by Seller
      moves "invoice 17" to Financed
      hands "invoice 17" to Financier
      pays 99,000.00 USD to Seller's USD
      """
    Then all legs took effect in one block
    And "invoice 17" belongs to Financier
    And "invoice 17" is Financed
    And Seller's USD holds 99,000.00 USD
    When 59 days pass
    And Buyer does all or nothing:
      """
      signed by Financier
      requires "invoice 17" to be Financed, of Financier
      pays 100,000.00 USD to Financier's USD
      moves "invoice 17" to Paid
      """
    Then "invoice 17" is Paid
    And Financier's USD holds 100,000.00 USD
    And "invoice 17" went through Issued, Approved, Financed, Financed and Paid

  Scenario: An unpaid invoice is overdue a day late without anybody saying so
    When Seller moves "invoice 17" to Financed
    And 61 days pass
    Then "invoice 17" is Overdue

  @attack
  Scenario: The same invoice is financed twice
    Given Financier does all or nothing:
      """
      signed by Seller
      moves "invoice 17" to Financed
      hands "invoice 17" to Financier
      pays 99,000.00 USD to Seller's USD
      """
    Then Second does all or nothing, which is refused: NotOwner:
      """
      signed by Seller
      hands "invoice 17" to Second
      pays 99,000.00 USD to Seller's USD
      """
    And Seller creates "invoice 17 again" of the class "invoices", called "Seller/17/Buyer/100000.00 ", with Buyer, on the document "invoice 17, a copy", from "order 4711", which is refused: ExternalIdExists
    And Seller creates "invoice 17 twice" of the class "invoices", with Buyer, on the document "invoice 17 over 100,000.00", from "order 4711", which is refused: ContentExists

  @attack
  Scenario: The invoice is changed after it was approved
    Then Seller moves "invoice 17" to Issued, on the document "invoice 17 over 110,000.00", which is refused: BadState
    And Stranger moves "invoice 17" to Financed, which is refused: NotOwner
    And Buyer does all or nothing, which is refused: NotOwner:
      """
      pays 1.00 USD to Seller's USD
      moves "invoice 17" to Financed
      """
    And Stranger creates "false invoice" of the class "invoices", with Buyer, on the document "invoice 18", from "order 4711", which is refused: Unauthorized
