/* Countersign: what pages do beyond links and forms. */
