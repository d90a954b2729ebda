Feature: Internet of things
  Promise: devices order, pay, update and trade by their own keys, within limits that their owners set, without a central hub.

  Background:
    Given the parties Bank, Vendor, Engineer, Tester, Auditor, Dealer, Owner, Washer, Neighbour and Retailer
    And Bank issues USD with 2 decimals
    And Owner issues WH with 0 decimals
    And Owner has 100.00 USD
    And Neighbour has 5.00 USD
    And Retailer holds accounts in USD
    And Neighbour holds accounts in WH
    And Vendor founds the policy "release board": any 2 of Engineer, Tester and Auditor
    And Washer and Retailer hold accounts in WH
    And Washer founds the policy "order": any 2 of Washer and Retailer
    And Vendor defines the class "devices", issued by Vendor:
      """
      states Made, Sold, Active, Retired
      flags UniqueContent, Transferable
      Made -> Sold by Owner
      Sold -> Active by Owner
      Active -> Retired by Owner
      """
    And Vendor defines the class "firmware", issued by "release board":
      """
      states Released, Withdrawn=15
      flags UniqueContent, Revocable
      """
    And Vendor creates "washer" of the class "devices", on the document "serial W-17"
    And Vendor does all or nothing:
      """
      moves "washer" to Sold
      hands "washer" to Owner
      """
    And Owner moves "washer" to Active
    And Owner opens "purse" in USD
    And Owner pays 80.00 USD to "purse"
    And Owner limits "purse" to 20.00 USD per 1 day, guarded by Owner
    And Owner puts "purse" under the policy Washer

  Scenario: The washer orders detergent and pays when it comes
    When Washer does all or nothing:
      """
      requires "washer" to be Active
      reserves 12.00 USD as "detergent" for Retailer's USD from "purse", released by "order", for at most 48 hours
      """
    And Retailer does all or nothing:
      """
      signed by Washer
      posts "detergent"
      """
    Then Retailer's USD holds 12.00 USD
    And "purse" holds 68.00 USD

  Scenario: Firmware of the board is taken by a hundred devices, and its faults are on record
    When Engineer does all or nothing:
      """
      signed by Tester
      creates "firmware 2" of the class "firmware", on the document "firmware image 2"
      """
    Then the document "firmware image 2" with a proof of "firmware 2" is found Valid 100 times
    And the document "firmware image 3" with a proof of "firmware 2" is found Forged
    When Vendor defines the class "faults":
      """
      states Reported
      issued by anyone
      """
    And Washer creates 1,000 objects of the class "faults" on documents like "fault"
    Then the last event of each object like "fault" is proved to be in the event log

  Scenario: Neighbours trade energy, units against money
    When Owner does all or nothing:
      """
      signed by Neighbour
      pays 500 WH to Neighbour's WH
      pays 1.25 USD to Owner's USD from Neighbour's USD
      """
    Then Neighbour's WH holds 500 WH
    And Owner's USD holds 21.25 USD

  @attack
  Scenario: Rogue firmware, greedy orders, retired devices, absent retailers
    Then Engineer creates "rogue" of the class "firmware", on the document "rogue image", which is refused: ThresholdNotMet
    And Vendor creates "rogue" of the class "firmware", on the document "rogue image", which is refused: Unauthorized
    And Washer reserves 25.00 USD as "greedy" for Retailer's USD from "purse", released by "order", for at most 48 hours, which is refused: ExceedsSpendingLimit
    When Washer reserves 12.00 USD as "detergent" for Retailer's USD from "purse", released by "order", for at most 48 hours
    Then Washer sends the same again and nothing happens twice
    And Retailer posts "detergent", which is refused: ThresholdNotMet
    When 49 hours pass
    Then "purse" holds 80.00 USD
    When Owner moves "washer" to Retired
    Then Washer does all or nothing, which is refused: BadState:
      """
      requires "washer" to be Active
      reserves 12.00 USD as "late" for Retailer's USD from "purse", released by "order", for at most 48 hours
      """
