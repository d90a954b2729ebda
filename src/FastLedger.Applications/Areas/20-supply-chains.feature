Feature: Supply chains
  Promise: what is on the shelf is traced to the farm, weights add up at every step, and custody passes only hand to hand.

  Background:
    Given the parties Certifier, Farm, Haulier, Mill, Shop, Rival and Fake
    And Certifier issues KG with 3 decimals
    And Farm opens "lot 1" in KG
    And Fake opens "fake lot" in KG
    And Mill opens "grain" in KG
    And Mill opens "flour" in KG
    And Mill opens "waste" in KG
    And Certifier defines the class "certificates", issued by Certifier:
      """
      states Valid, Withdrawn=15
      flags Revocable, UniqueContent
      """
    And Certifier defines the class "pallets":
      """
      states Made, InTransit, Received, Transformed, Disputed
      flags UniqueContent, Transferable, ReceiverSigns
      issued by anyone
      Made -> InTransit by Owner
      InTransit -> Received by Counterparty
      InTransit -> Disputed by Expiry
      Received -> Transformed by Owner
      Received -> InTransit by Owner
      """
    And Certifier attests "organic" of the class "certificates", called "lot 1", and mints 1,000.000 KG to "lot 1" from Certifier's KG
    And Farm creates "grain pallet" of the class "pallets", on the document "grain of lot 1", worth 1,000, from "organic"

  Scenario: A tonne of grain becomes flour, and the flour is traced
    When Farm does all or nothing:
      """
      signed by Haulier
      moves "grain pallet" to InTransit, with Haulier, valid for 2 days
      """
    And 1 day passes
    And Haulier does all or nothing:
      """
      signed by Farm and Mill
      moves "grain pallet" to Received
      hands "grain pallet" to Mill
      pays 1,000.000 KG to "grain" from "lot 1"
      """
    And Mill does all or nothing:
      """
      pays 930.000 KG to "flour" from "grain"
      pays 70.000 KG to "waste" from "grain"
      moves "grain pallet" to Transformed
      creates "flour pallet" of the class "pallets", on the document "flour of lot 1", worth 930, from "grain pallet"
      """
    Then "flour" holds 930.000 KG
    And "waste" holds 70.000 KG
    And "grain" holds 0.000 KG
    And the trace of "flour pallet" leads over "grain pallet" and "organic"
    And the owners of "grain pallet" were Farm and Mill
    And the document "grain of lot 1" with a proof of "grain pallet" is found Valid

  Scenario: What the receiver does not acknowledge is disputed after its time
    When Farm does all or nothing:
      """
      signed by Haulier
      moves "grain pallet" to InTransit, with Haulier, valid for 2 days
      """
    And 3 days pass
    Then "grain pallet" is Disputed

  @attack
  Scenario: Flour from nothing, pallets twice, grain that nobody certified
    Given Farm does all or nothing:
      """
      signed by Mill
      pays 1,000.000 KG to "grain" from "lot 1"
      hands "grain pallet" to Mill
      """
    And Mill pays 70.000 KG to "waste" from "grain"
    Then Mill does all or nothing, which is refused: ExceedsBalance:
      """
      pays 1,000.000 KG to "flour" from "grain"
      creates "flour pallet" of the class "pallets", on the document "flour of lot 1", worth 1,000, from "grain pallet"
      """
    And Farm does all or nothing, which is refused: NotOwner:
      """
      signed by Rival
      hands "grain pallet" to Rival
      """
    And Mill hands "grain pallet" to Rival, which is refused: Unauthorized
    And Fake attests "organic too" of the class "certificates", called "lot 2", and mints 1,000.000 KG to "fake lot" from Certifier's KG, which is refused: Unauthorized
    And Certifier attests "organic again" of the class "certificates", called "lot 1", and mints 1,000.000 KG to "lot 1" from Certifier's KG, which is refused: ExternalIdExists
