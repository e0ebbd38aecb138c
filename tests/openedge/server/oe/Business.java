package oe;

import java.util.Locale;
import java.util.Map;
import java.util.Random;

/** Texts and numbers as a company that sells sports goods has them, by the names of fields. */
final class Business {
    private static final String[] FIRST = {"Anna", "Björn", "Claire", "David", "Elif", "Frank",
        "Grażyna", "Henrik", "Inés", "James", "Katrin", "Luca", "Marie", "Nils", "Olivia", "Pedro"};
    private static final String[] LAST = {"Andersen", "Bauer", "Costa", "Dupont", "Eriksson",
        "Fischer", "Garcia", "Hughes", "Jansen", "Kowalski", "Lehtinen", "Moreau", "O'Brien",
        "Petrov", "Rossi", "Schröder"};
    private static final String[] TRADE = {"Lift Tours", "Pedal Power Cycles", "Match Point Tennis",
        "Hoops", "Just Joggers", "Keilailu ja Biljardi", "Surf Lautaveikkoset", "Chip's Poker",
        "Aerobics valine Ky", "Sport Schröder", "Ski Québec", "Fallen Arch Running", "Gallop's Hut",
        "Boards & Bikes", "Golf Ltd", "Ølsen Fiske"};
    private static final String[] CITIES = {"Burlington", "Boston", "Helsinki", "Hamburg", "Lyon",
        "Montréal", "Leeds", "Kraków", "Göteborg", "Milano", "Porto", "Utrecht", "Austin", "Køge"};
    private static final String[] STREETS = {"Main Street", "Harbour Road", "Bahnhofstraße",
        "Rue de la Gare", "Kauppakatu", "Via Roma", "Mill Lane", "Park Avenue"};
    private static final String[] COUNTRIES = {"USA", "Finland", "Germany", "France", "Canada",
        "United Kingdom", "Poland", "Sweden", "Italy", "Portugal"};
    private static final String[] ITEMS = {"Tennis Racket", "Ski Poles", "Running Shoes", "Frisbee",
        "Golf Balls", "Fins", "Cycle Helmet", "Rowing Machine", "Hockey Stick", "Swim Goggles",
        "Basketball", "Shin Guards", "Yoga Mat", "Fishing Rod"};
    private static final String[] REMARKS = {"Please call before delivery.",
        "Pays within ten days.", "Wants the new catalogue in spring.",
        "Leave the goods at the back door.", "Asked for a discount on large orders.",
        "Complained about a late shipment; resolved.", "Opens at nine, closed on Mondays."};

    private static final Map<String, String[]> WORDS = Map.ofEntries(
        Map.entry("City", CITIES), Map.entry("Country", COUNTRIES), Map.entry("FirstName", FIRST),
        Map.entry("RelativeName", FIRST), Map.entry("LastName", LAST), Map.entry("Name", TRADE),
        Map.entry("Company", TRADE), Map.entry("ItemName", ITEMS),
        Map.entry("Terms", new String[] {"Net30", "Net10", "Prepaid"}),
        Map.entry("Carrier", new String[] {"FlyByNight Courier", "Walker Delivery", "Sea Freight"}),
        Map.entry("CreditCard", new String[] {"Visa", "Master Card", "American Express"}),
        Map.entry("OrderStatus", new String[] {"Ordered", "Shipped", "Back Ordered"}),
        Map.entry("OrderLineStatus", new String[] {"Ordered", "Shipped", "Back Ordered"}),
        Map.entry("POStatus", new String[] {"Ordered", "Received"}),
        Map.entry("POLineStatus", new String[] {"Ordered", "Received"}),
        Map.entry("Region", new String[] {"East", "West", "North", "South", "Central"}),
        Map.entry("DeptName", new String[] {"Sales", "Purchasing", "Accounts", "Warehouse", "IT"}),
        Map.entry("Position", new String[] {"Clerk", "Manager", "Driver", "Buyer", "Engineer"}),
        Map.entry("Relation", new String[] {"Spouse", "Daughter", "Son"}),
        Map.entry("Category1", new String[] {"Indoor", "Outdoor", "Water", "Winter"}),
        Map.entry("Category2", new String[] {"Men", "Women", "Junior"}),
        Map.entry("InvType", new String[] {"Order", "Adjustment", "Receipt"}),
        Map.entry("TypeRecorded", new String[] {"Regular", "Overtime"}),
        Map.entry("WarehouseName", new String[] {"Northeast USA", "Central Europe", "Nordic"}),
        Map.entry("StateName", new String[] {"Vermont", "Texas", "Uusimaa", "Hamburg", "Québec"}));

    // How many there are of what other tables name.
    private static final Map<String, Integer> COUNTS = Map.ofEntries(
        Map.entry("CustNum", 1100), Map.entry("ItemNum", 55), Map.entry("OrderNum", 2000),
        Map.entry("EmpNum", 55), Map.entry("SupplierIDNum", 10), Map.entry("WarehouseNum", 14),
        Map.entry("PONum", 300), Map.entry("BinNum", 400), Map.entry("BillToID", 60),
        Map.entry("ShipToID", 70), Map.entry("Qty", 40), Map.entry("Discount", 40),
        Map.entry("CatPage", 60), Map.entry("Rating", 5), Map.entry("VacationDaysLeft", 30),
        Map.entry("SickDaysLeft", 15));

    private Business() {}

    static int number(Random random, String field) {
        return 1 + random.nextInt(COUNTS.getOrDefault(field, 3000));
    }

    static String text(Random random, Field field) {
        String[] words = WORDS.get(field.name);
        if (words != null)
            return one(random, words);
        return switch (field.name) {
        case "Contact", "RepName" -> one(random, FIRST) + " " + one(random, LAST);
        case "Address" -> (1 + random.nextInt(200)) + " " + one(random, STREETS);
        case "Address2" -> "Floor " + (1 + random.nextInt(9));
        case "EmailAddress" -> one(random, LAST).toLowerCase(Locale.ROOT) + "@example.com";
        case "Phone", "Fax", "HomePhone", "WorkPhone" ->
            String.format("(%03d) 555-%04d", 200 + random.nextInt(700), random.nextInt(10000));
        case "PostalCode" -> String.format("%05d", 1000 + random.nextInt(90000));
        case "State" -> one(random, new String[] {"VT", "MA", "TX", "CA", "NY"});
        case "SalesRep" -> one(random, new String[] {"BBB", "DKP", "GPE", "HXM", "JAL", "RDR"});
        case "DeptCode" -> String.format("%03d", 100 * (1 + random.nextInt(7)));
        case "BinName" -> "Aisle " + (1 + random.nextInt(20)) + ", bin " + (1 + random.nextInt(40));
        case "AMTimeIn" -> "08:30";
        case "AMTimeOut" -> "12:00";
        case "PMTimeIn" -> "12:45";
        case "PMTimeOut" -> "17:15";
        case "TransTime" ->
            String.format(
                "%02d:%02d:%02d", 8 + random.nextInt(10), random.nextInt(60), random.nextInt(60));
        case "PO" -> String.format("PO-%05d", random.nextInt(100000));
        default -> remarks(random, field.width());
        };
    }

    private static String one(Random random, String[] words) {
        return words[random.nextInt(words.length)];
    }

    private static String remarks(Random random, int width) {
        StringBuilder text = new StringBuilder(one(random, REMARKS));
        while (text.length() < width && random.nextInt(3) > 0)
            text.append(' ').append(one(random, REMARKS));
        return text.toString();
    }
}
