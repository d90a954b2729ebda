Feature: Ride sharing
  Promise: kilometres that were really driven become money for rides, and a fare moves only when driver and rider both say that they arrived.

  Background:
    Given the parties Bank, Community, Locator, Driver, Rider and Stranger
    And Bank issues USD with 2 decimals
    And Community issues ZOOZ with 0 decimals, at most 1,000
    And Driver, Stranger and Rider hold accounts in ZOOZ
    And Community and Driver hold accounts in USD
    And Rider has 12.50 USD
    And Community puts Community's ZOOZ under the policy Locator
    And Community defines the class "trips", issued by Locator:
      """
      states Driven
      value 21 to 200
      """
    And Rider founds the policy "arrival": any 2 of Driver and Rider
    And Rider opens "fare" in USD under the policy "arrival"
    And Community agrees the split "fares" in USD among Driver's USD at 950,000 and Community's USD at 50,000

  Scenario: Twelve kilometres, then a ride
    When Locator attests "trip 1" of the class "trips", called "track 1", worth 34, and mints 12 ZOOZ to Driver's ZOOZ from Community's ZOOZ
    Then Driver's ZOOZ holds 12 ZOOZ
    When Rider reserves 12.50 USD as "ride" for "fare", released by "arrival", for at most 2 hours
    And Driver does all or nothing:
      """
      signed by Rider
      posts "ride"
      pays 12.50 USD to the split "fares" from "fare"
      """
    Then Driver's USD holds 11.88 USD
    And Community's USD holds 0.62 USD

  Scenario: A ride that never happened is given back
    When Rider reserves 12.50 USD as "ride" for "fare", released by "arrival", for at most 2 hours
    And 3 hours pass
    Then Rider's USD holds 12.50 USD

  @attack
  Scenario: Trips twice, trips on foot, fares nobody agreed to
    Given Locator attests "trip 1" of the class "trips", called "track 1", worth 34, and mints 12 ZOOZ to Driver's ZOOZ from Community's ZOOZ
    Then Locator attests "trip 2" of the class "trips", called "track 1", worth 34, and mints 12 ZOOZ to Driver's ZOOZ from Community's ZOOZ, which is refused: ExternalIdExists
    And Locator attests "walk" of the class "trips", called "track 2", worth 15, and mints 12 ZOOZ to Driver's ZOOZ from Community's ZOOZ, which is refused: Forbidden
    And Stranger attests "dream" of the class "trips", called "track 3", worth 34, and mints 12 ZOOZ to Stranger's ZOOZ from Community's ZOOZ, which is refused: Unauthorized
    And Locator attests "far" of the class "trips", called "track 4", worth 34, and mints 989 ZOOZ to Driver's ZOOZ from Community's ZOOZ, which is refused: ExceedsBalance
    And Rider reserves 12.51 USD as "dear" for "fare", released by "arrival", which is refused: ExceedsBalance
    When Rider reserves 12.50 USD as "ride" for "fare", released by "arrival", for at most 2 hours
    Then Driver posts "ride", which is refused: ThresholdNotMet
